using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>setrlimit(2), soft and hard alike.</summary>
public static unsafe class Limits
{
    public static void Set(ResourceLimit limit)
    {
        var both = stackalloc ulong[2] { limit.Value, limit.Value };

        if (LibC.setrlimit((int)limit.Resource, both) != 0)
        {
            throw LinuxException.Last($"setrlimit({limit.Resource})");
        }
    }
}
