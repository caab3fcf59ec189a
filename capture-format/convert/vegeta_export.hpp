// One request as a target of vegeta's JSON format (one object a line), for load without times.
#pragma once

#include "capture-format/convert/exporter.hpp"

namespace understudy::capture {

/// Times and responses have no place there. A request whose body is not recorded in full is left out: sent
/// without it, it would be another request.
class VegetaExporter final : public Exporter {
  std::string_view write(std::string& out, const ExchangeView& exchange) override;
};

}  // namespace understudy::capture
