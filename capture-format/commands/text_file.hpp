// A text output that is complete under its name or not there at all; or standard output.
#pragma once

#include "capture-format/commands/console.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace understudy::capture {

/// The destructor removes what `finish` has not renamed.
class TextFile {
 public:
  /// An empty path or "-" is standard output. An existing file is refused unless `overwrite`.
  static Outcome<std::unique_ptr<TextFile>> open(const std::string& path, bool overwrite);
  ~TextFile();
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  /// False: stop, `finish` tells why.
  bool write(std::string_view text);
  ExitCode finish();

 private:
  TextFile() = default;
  bool flush();

  std::string path_;
  std::string temporary_;
  bool overwrite_ = false;
  int descriptor_ = -1;
  int error_ = 0;
  std::string pending_;
  std::unique_ptr<Output> standard_;
};

}  // namespace understudy::capture
