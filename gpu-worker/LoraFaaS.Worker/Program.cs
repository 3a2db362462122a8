using LoraFaaS.Worker;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

return await HostDefaults.RunAsync(args, () => WorkerHost.Build(args));
