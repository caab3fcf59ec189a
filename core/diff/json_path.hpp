// Where in a JSON document: the one place that spells paths, so that what is learned and what is found agree.
#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

/// A JSON Pointer (RFC 6901) with '*' for array positions, {uuid} and {hex} for member names that are ids;
/// tokens over 64 bytes are cut, and below about 512 bytes of path nothing is added.
class JsonPath {
 public:
  const std::string& text() const noexcept { return text_; }

  /// One token longer for as long as it lives.
  class Step {
   public:
    Step(JsonPath& path, std::string_view token);
    ~Step() { text_.resize(size_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    std::string& text_;
    std::size_t size_;
  };

  static std::string member_token(std::string_view name);

 private:
  std::string text_;
};

}  // namespace understudy::diff
