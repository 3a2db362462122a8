using LoraFaaS.Gateway;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

return await HostDefaults.RunAsync(args, () => GatewayHost.Build(args));
