using LoraFaaS.Protocol.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A frame on its way to a sandbox.</summary>
/// <param name="Message">The frame.</param>
/// <param name="Descriptor">Beside it.</param>
/// <param name="IsOurs">The descriptor is closed when it is sent.</param>
internal readonly record struct OutgoingFrame(ToSandbox Message, SafeFileHandle? Descriptor, bool IsOurs = false);
