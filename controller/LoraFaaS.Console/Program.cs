using LoraFaaS.Console;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

return await HostDefaults.RunAsync(args, () => ConsolePipeline.Build(args));
