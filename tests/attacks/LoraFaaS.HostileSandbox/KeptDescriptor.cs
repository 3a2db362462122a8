using System.Runtime.InteropServices;

namespace LoraFaaS.HostileSandbox;

/// <summary>A second descriptor of the backbone: the product's code closes its own once it has mapped it.</summary>
internal sealed partial class KeptDescriptor
{
    public KeptDescriptor(SafeHandle descriptor) => Value = dup((int)descriptor.DangerousGetHandle());

    public int Value { get; }

    [LibraryImport("libc")]
    private static partial int dup(int descriptor);
}
