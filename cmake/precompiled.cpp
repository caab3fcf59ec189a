// Nothing of its own: this file exists so that the precompiled headers have a target to belong to.
namespace understudy {}
