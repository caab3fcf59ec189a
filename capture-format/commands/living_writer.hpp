// Whether somebody still writes a capture file: its writer holds a lock on it for as long as it lives.
#pragma once

#include <string>

namespace understudy::capture {

/// Only `*.part` files can be. The kernel drops a dead writer's lock, so what a killed process left is not
/// taken for one that is being written. False, too, for what cannot be opened.
bool is_being_written(const std::string& path);

}  // namespace understudy::capture
