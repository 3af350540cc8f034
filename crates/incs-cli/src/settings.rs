//! Settings: environment, files named by the environment, and profiles of a config file.
