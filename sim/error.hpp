#pragma once

#include <stdexcept>
#include <string>

namespace rehearse {

/// A mistake of the user or of the world (a bad file, a full disk). Only `main` catches it, prints
/// the message, and exits with the code of its kind.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What was given cannot be used: exit code 104.
class InvalidInput : public Error {
 public:
  using Error::Error;
};

/// The machine refused to read or write: exit code 1.
class InputOutputError : public Error {
 public:
  using Error::Error;
};

/// Work was given up because somebody asked for it.
class Cancelled : public Error {
 public:
  using Error::Error;
};

}  // namespace rehearse
