using LoraFaaS.Controller;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.Storage;

try
{
    return await HostDefaults.RunAsync(() => ControllerPipeline.Build(args));
}
catch (StorageStartException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
