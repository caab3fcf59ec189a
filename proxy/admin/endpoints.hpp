// What the admin server answers, without any I/O.
#pragma once

#include "core/http/message.hpp"
#include "proxy/admin/admin.hpp"

namespace understudy::proxy {

/// The whole answer to one admin request. Calls the hooks.
http::Response answer_admin(const http::Request& request, const AdminHooks& hooks);

}  // namespace understudy::proxy
