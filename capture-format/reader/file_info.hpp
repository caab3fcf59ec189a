// What the header of a file says, as readers show it.
#pragma once

#include "capture-format/layout/file_header.hpp"
#include "capture-format/reader.hpp"

namespace understudy::capture {

inline FileInfo file_info(const FileHeader& file) {
  return {to_hex(file.uuid),
          file.service,
          file.host,
          file.build,
          file.created_ns,
          file.scrub_policy,
          file.contains_unscrubbed,
          file.source,
          file.envelope ? file.envelope->key_id : std::string()};
}

}  // namespace understudy::capture
