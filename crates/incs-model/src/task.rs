//! Tasks of the INCS workbench (INCS: tasks).
