#include "core/http/content_coding.hpp"

#include "core/base/ascii.hpp"
#include "core/http/decoders.hpp"
#include "core/http/fields.hpp"

#include <algorithm>
#include <vector>

namespace understudy::http {
namespace {

constexpr std::size_t kRatioSlackBytes = 64 * 1024;

// Boost's base class has a protected, non-virtual destructor on purpose: categories are never deleted through
// it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class CodingCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "content-coding"; }
  std::string message(int code) const override {
    switch (static_cast<CodingErrc>(code)) {
      case CodingErrc::unknown_coding:
        return "unknown content coding";
      case CodingErrc::corrupt:
        return "corrupt content coding";
      case CodingErrc::too_large:
        return "decoded content over the limit";
    }
    return "unknown content coding error";
  }
};
#pragma GCC diagnostic pop

Result<std::string> decode_one(std::string_view coding, std::string_view body, std::size_t cap_bytes) {
  if (iequals(coding, "gzip") || iequals(coding, "x-gzip")) return decode_gzip(body, cap_bytes);
  if (iequals(coding, "deflate")) return decode_deflate(body, cap_bytes);
  if (iequals(coding, "br")) return decode_brotli(body, cap_bytes);
  if (iequals(coding, "zstd")) return decode_zstd(body, cap_bytes);
  return CodingErrc::unknown_coding;
}

}  // namespace

const boost::system::error_category& coding_category() noexcept {
  static const CodingCategory instance;
  return instance;
}

Result<std::string> decode_content(std::string_view content_encoding, std::string_view body,
                                   const DecodeLimits& limits) {
  std::vector<std::string_view> codings;
  for_each_list_element(content_encoding, [&](std::string_view coding) {
    if (!iequals(coding, "identity")) codings.push_back(coding);
  });
  if (codings.size() > limits.codings) return CodingErrc::too_large;
  std::string content(body);
  if (body.empty()) return content;  // a response to HEAD, a 304: nothing was encoded
  const auto by_ratio = body.size() > limits.output_bytes / std::max<std::size_t>(limits.ratio, 1)
                            ? limits.output_bytes
                            : body.size() * limits.ratio + kRatioSlackBytes;
  const auto cap_bytes = std::min(limits.output_bytes, by_ratio);
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    auto decoded = decode_one(*coding, content, cap_bytes);
    if (!decoded) return decoded.error();
    content = std::move(*decoded);
  }
  return content;
}

std::string content_encoding_of(const Fields& fields) {
  std::string joined;
  for (const auto field : fields) {
    if (!iequals(field.name, "Content-Encoding")) continue;
    if (!joined.empty()) joined.append(", ");
    joined.append(field.value);
  }
  return joined;
}

}  // namespace understudy::http
