//! One neutral view over what customers write, from INCS and Exotel.
