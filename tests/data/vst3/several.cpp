/* Several plugins in one file, as large collections have them: this one's factory hands on to those of the binaries beside it, PARTS. */
#include "travesty/factory.h"

#include <dlfcn.h>
#include <string>
#include <vector>

using Factory = v3_plugin_factory_cpp;

static std::vector<Factory**> opened() {
    Dl_info here;
    dladdr(reinterpret_cast<void*>(&opened), &here);
    const std::string folder = std::string(here.dli_fname).substr(0, std::string(here.dli_fname).rfind('/') + 1);
    std::vector<Factory**> factories;
    for (const char* part : {PARTS}) {
        void* const library = dlopen((folder + part).c_str(), RTLD_NOW | RTLD_LOCAL);
        reinterpret_cast<bool (*)(void*)>(dlsym(library, "ModuleEntry"))(library);
        factories.push_back(reinterpret_cast<Factory** (*)()>(dlsym(library, "GetPluginFactory"))());
    }
    return factories;
}

static const std::vector<Factory**>& parts() {
    static const std::vector<Factory**> factories = opened();
    return factories;
}

static Factory** holding(int32_t& number) {
    for (Factory** part : parts()) {
        const int32_t classes = (*part)->v1.num_classes(part);
        if (number < classes) return part;
        number -= classes;
    }
    return nullptr;
}

static Factory joined, *self = &joined;

static v3_result V3_API query(void*, const v3_tuid id, void** out) {
    const bool is_ours = v3_tuid_match(id, v3_funknown_iid) || v3_tuid_match(id, v3_plugin_factory_iid)
                      || v3_tuid_match(id, v3_plugin_factory_2_iid) || v3_tuid_match(id, v3_plugin_factory_3_iid);
    *out = is_ours ? &self : nullptr;
    return is_ours ? V3_OK : V3_NO_INTERFACE;
}

static uint32_t V3_API count_references(void*) { return 1; }

static int32_t V3_API count(void*) {
    int32_t classes = 0;
    for (Factory** part : parts()) classes += (*part)->v1.num_classes(part);
    return classes;
}

static v3_result V3_API about(void*, v3_factory_info* out) { return (*parts()[0])->v1.get_factory_info(parts()[0], out); }

static v3_result V3_API about_class(void*, int32_t number, v3_class_info* out) {
    Factory** const part = holding(number);
    return (*part)->v1.get_class_info(part, number, out);
}

static v3_result V3_API about_class_2(void*, int32_t number, v3_class_info_2* out) {
    Factory** const part = holding(number);
    return (*part)->v2.get_class_info_2(part, number, out);
}

static v3_result V3_API about_class_3(void*, int32_t number, v3_class_info_3* out) {
    Factory** const part = holding(number);
    return (*part)->v3.get_class_info_utf16(part, number, out);
}

static v3_result V3_API meet(void*, v3_funknown** host) {
    for (Factory** part : parts()) (*part)->v3.set_host_context(part, host);
    return V3_OK;
}

static v3_result V3_API create(void*, const v3_tuid plugin, const v3_tuid id, void** out) {
    for (Factory** part : parts())
        if ((*part)->v1.create_instance(part, plugin, id, out) == V3_OK) return V3_OK;
    return V3_NO_INTERFACE;
}

extern "C" {
const void* GetPluginFactory() {
    joined.query_interface = query;
    joined.ref = joined.unref = count_references;
    joined.v1 = {about, count, about_class, create};
    joined.v2 = {about_class_2};
    joined.v3 = {about_class_3, meet};
    return &self;
}
bool ModuleEntry(void*) { return true; }
bool ModuleExit() { return true; }
}
