using LoraFaaS.Controller;
using LoraFaaS.Storage;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

try
{
    return await HostDefaults.RunAsync(args, () => ControllerPipeline.Build(args));
}
catch (StorageStartException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
