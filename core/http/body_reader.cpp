#include "core/http/body_reader.hpp"

#include <algorithm>

namespace understudy::http {

Result<BodyStep> BodyReader::step(std::string_view in) {
  if (complete_) return BodyStep{.complete = true};
  switch (framing_.kind) {
    case BodyFraming::Kind::chunked: {
      const auto step = chunked_.step(in);
      complete_ = step && step->complete;
      return step;
    }
    case BodyFraming::Kind::length: {
      const auto data =
          in.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, in.size())));
      remaining_ -= data.size();
      complete_ = remaining_ == 0;
      return BodyStep{.consumed = data.size(), .data = data, .complete = complete_};
    }
    case BodyFraming::Kind::none:
    case BodyFraming::Kind::until_close:
      break;
  }
  return BodyStep{.consumed = in.size(), .data = in};
}

}  // namespace understudy::http
