// What the service manager says in environment variables, which is not for our children.
#pragma once

#include <string>

namespace understudy::proxy {

/// The variable's value, empty without one; it is gone from the environment. Before any thread starts.
std::string take_variable(const char* name);

}  // namespace understudy::proxy
