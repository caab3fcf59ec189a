// The capture files that people mean when they name files and directories.
#pragma once

#include "core/base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace understudy::capture {

/// The captures of a directory by name, sealed ones and those that are still open or were left so; hidden
/// files are not looked at.
Outcome<std::vector<std::filesystem::path>> captures_in(const std::filesystem::path& directory);

/// Each directory becomes its captures; what is no directory stays as it is, also when it does not exist.
/// Fails when a directory holds none.
Outcome<std::vector<std::string>> expand_capture_paths(const std::vector<std::string>& paths);

/// A pipe or "-": read once, from begin to end.
bool is_pipe(const std::filesystem::path& path);

}  // namespace understudy::capture
