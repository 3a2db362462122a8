using LoraFaaS.Worker;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

return await HostDefaults.RunAsync(() => WorkerHost.Build(args));
