//! The program in a terminal emulator: what a person sees and types, against a real server.

mod buying;
mod door;
mod house;
mod screen;
mod steering;
mod trust;
