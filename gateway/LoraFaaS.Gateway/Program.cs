using LoraFaaS.Gateway;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

InlineSockets.Prefer();

return await HostDefaults.RunAsync(args, () => GatewayHost.Build(args));
