// How errors travel: data-path code returns Result<T> with an error_code of its library's category,
// tools and configuration return Outcome<T> with a sentence that a person can act on.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace understudy {

template <class T = void>
using Result = boost::system::result<T, boost::system::error_code>;

/// One line for a person: what is wrong, where, how to fix it.
struct Failure {
  std::string message;
};

/// Found by argument-dependent lookup when `Outcome::value()` is called on a failure.
[[noreturn]] inline void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::runtime_error(failure.message);
}

template <class T = void>
using Outcome = boost::system::result<T, Failure>;

}  // namespace understudy
