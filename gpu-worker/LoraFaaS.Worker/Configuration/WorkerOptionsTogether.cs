using LoraFaaS.Protocol.Addresses;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Configuration;

/// <summary>What no single option can say: how they fit together.</summary>
internal sealed class WorkerOptionsTogether : IValidateOptions<WorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        List<string> failures = [];

        if (options.ControllerRpcUrl.Length > 0 && !ServerAddresses.TryParse(options.ControllerRpcUrl, out _))
        {
            failures.Add($"Worker:ControllerRpcUrl: '{options.ControllerRpcUrl}' is not an address like http://127.0.0.1:9090, nor several with commas");
        }

        if (Contracts.Units.ByteSize.TryParse(options.SandboxMemory, out var sandbox)
            && Contracts.Units.ByteSize.TryParse(options.DeviceMemory, out var device) && sandbox > device)
        {
            failures.Add($"Worker:SandboxMemory ({sandbox}) is more than Worker:DeviceMemory ({device}); no sandbox could start.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
