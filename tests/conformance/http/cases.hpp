// The conformance table: raw bytes in, and what must become of them (RFC 9110, RFC 9112, known attacks).
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace understudy::test {

/// A request that must be answered by the proxy itself, with nothing sent to the origin.
struct RejectedRequest {
  std::string name;  ///< a fact, in CamelCase
  std::string bytes;
  unsigned status;
};

/// A request that the origin must get as exactly these bytes.
struct ForwardedRequest {
  const char* name;
  std::string bytes;
  std::string forwarded;
};

/// A response of the origin, and what the client of a GET must see.
struct OriginResponse {
  const char* name;
  std::string bytes;      ///< the origin closes after them
  unsigned status;        ///< of the answer
  std::string contained;  ///< in the answer
  std::string absent;     ///< not in the answer; empty: nothing
};

/// All of them: the mixed table, and the groups below.
const std::vector<RejectedRequest>& rejected_requests();
std::vector<RejectedRequest> rejected_framing();
std::vector<RejectedRequest> rejected_chunks();
std::vector<RejectedRequest> rejected_heads();
const std::vector<ForwardedRequest>& forwarded_requests();
const std::vector<OriginResponse>& origin_responses();

inline std::ostream& operator<<(std::ostream& out, const RejectedRequest& each) { return out << each.name; }
inline std::ostream& operator<<(std::ostream& out, const ForwardedRequest& each) { return out << each.name; }
inline std::ostream& operator<<(std::ostream& out, const OriginResponse& each) { return out << each.name; }

}  // namespace understudy::test
