using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Engine.Weights;

/// <summary>Zeroed memory that an image is made in.</summary>
/// <param name="Address">Its first byte, mapped and writable.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Segment">The file (memfd_create(2)) that is mapped there; null: no file, or it is not to be written to as one.</param>
public sealed record PackTarget(nint Address, long Length, SafeFileHandle? Segment = null);
