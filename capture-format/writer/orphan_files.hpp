// Files that a killed recorder has left open: finds them, says since when nothing was recorded, and seals
// what is whole in them.
#pragma once

#include "capture-format/gap.hpp"
#include "capture-format/writer/capture_directory.hpp"
#include "capture-format/writer/interruption.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// For one thread. A recorder holds a lock (flock) on the file that it writes; a file of the same service
/// under a temporary name that nobody holds is an orphan, and this holds its lock until it is done with it,
/// so that of several recorders that start in a directory one takes it.
class OrphanFiles {
 public:
  /// The directory must outlive this.
  OrphanFiles(const CaptureDirectory& directory, std::string_view service);
  ~OrphanFiles();

  /// Looks through the directory once, and walks the headers of at most 16 orphans; the rest waits for the
  /// next start.
  void find();
  /// From the last recorded exchange to now; empty when there is no orphan.
  Gap gap() const;

  bool done() const noexcept;
  /// Copies one chunk of the next orphan, or ends it and tells how. While not `done`.
  std::optional<Interruption> step();

 private:
  struct Orphan;
  struct Copy;

  void consider(const std::string& name);
  bool begin_copy(const Orphan& orphan);
  bool copy_frame();
  Interruption end_copy(Orphan& orphan);
  Interruption set_aside(Orphan& orphan);
  Interruption end(Orphan& orphan, OrphanFate fate);

  const CaptureDirectory& directory_;
  const std::string prefix_;
  std::vector<Orphan> orphans_;
  std::size_t next_ = 0;
  std::unique_ptr<Copy> copy_;
};

}  // namespace understudy::capture
