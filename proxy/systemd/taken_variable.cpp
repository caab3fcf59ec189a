#include "proxy/systemd/taken_variable.hpp"

#include <cstdlib>

namespace understudy::proxy {

std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

}  // namespace understudy::proxy
