using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>A packed, sealed adapter, behind the descriptor that the worker has handed over.</summary>
internal readonly record struct AdapterArrival(string Digest, SafeFileHandle Descriptor);
