using LoraFaaS.Engine.Adapters;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>A packed adapter: sealed, behind the descriptor that the worker has handed over; or in memory that stays until the answer to it is out.</summary>
internal readonly record struct AdapterArrival(string Digest, SafeFileHandle? Descriptor, AdapterImage? Image = null);
