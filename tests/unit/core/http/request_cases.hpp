// The request side of the conformance table: raw bytes, and what has to come of them.
#pragma once

#include <string>
#include <vector>

namespace understudy::http {

inline const std::string kHost = "Host: a\r\n";

struct AcceptedRequest {
  std::string name;
  std::string raw;
  std::string start_line;  ///< as Seen::start_line
  std::string body = {};
  bool keep_alive = true;
  std::string trailers = {};
  std::string rest = {};
};

struct RefusedRequest {
  std::string name;
  std::string raw;
  unsigned status = 400;
};

std::vector<AcceptedRequest> accepted_requests();

/// All refused requests: start lines, fields, Host, framing, chunks.
std::vector<RefusedRequest> refused_requests();
std::vector<RefusedRequest> refused_start_lines();
std::vector<RefusedRequest> refused_fields();
std::vector<RefusedRequest> refused_framings();
std::vector<RefusedRequest> refused_chunks();

}  // namespace understudy::http
