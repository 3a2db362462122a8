using LoraFaaS.Gateway;
using LoraFaaS.ServiceDefaults;

return await HostDefaults.RunAsync(() => GatewayHost.Build(args));
