using LoraFaaS.Engine;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Control;

/// <summary>The kernel set that this worker's sandboxes run: told to the controller with the device, and on /healthz.</summary>
internal static class KernelReport
{
    /// <summary>
    /// What tokens are computed with here: two workers of one name give one backbone's tokens bit for bit, whatever their CPUs. The kernels' family
    /// and the form of the weights; keys and values are bf16 everywhere.
    /// </summary>
    public static string ArithmeticFor(WorkerOptions options)
    {
        var kernels = NameFor(options);
        return $"{(KernelNames.Find(kernels) is { } choice ? KernelNames.FamilyOf(choice) : kernels)}/{options.Weights}";
    }

    /// <summary>Its name, or that this CPU lacks the one the settings ask for: sandboxes will then refuse to open, and say so.</summary>
    public static string NameFor(WorkerOptions options)
    {
        try
        {
            return CpuBackend.KernelsFor(KernelNames.Find(options.Kernels) ?? KernelChoice.Auto);
        }
        catch (PlatformNotSupportedException)
        {
            return $"{options.Kernels} (not on this CPU)";
        }
    }
}
