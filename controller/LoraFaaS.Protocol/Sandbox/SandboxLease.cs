namespace LoraFaaS.Protocol.Sandbox;

/// <summary>In what units device memory changes hands between worker and sandbox.</summary>
public static class SandboxLease
{
    /// <summary>A huge page of x86-64 and arm64, and the page P-LoRA manages on a GPU.</summary>
    public const long ExtentBytes = 2L << 20;

    public static long WholeExtents(long bytes) => (bytes + ExtentBytes - 1) / ExtentBytes * ExtentBytes;
}
