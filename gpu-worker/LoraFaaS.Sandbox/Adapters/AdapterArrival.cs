using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>A sealed, packed adapter that the worker has handed over.</summary>
internal readonly record struct AdapterArrival(string Digest, SafeFileHandle Descriptor);
