// One request as a curl command line that sends it again, byte by byte, from a shell.
#pragma once

#include "capture-format/convert/exporter.hpp"

namespace understudy::capture {

/// A script for sh: a comment with time and recorded status, then the command. Nothing recorded can end its
/// quotes. Bodies that a command line cannot carry (NUL, very long) are piped through base64. A request whose
/// body is not recorded in full is left out.
class CurlExporter final : public Exporter {
 public:
  std::string prologue() const override;

 private:
  std::string_view write(std::string& out, const ExchangeView& exchange) override;
};

}  // namespace understudy::capture
