using LoraFaaS.Linux.Memory;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>A packed adapter, behind the descriptor that the worker has handed over: sealed, or, with a page that says how far it has come, still being packed.</summary>
internal readonly record struct AdapterArrival(string Digest, SafeFileHandle Descriptor, SharedPage? Page);
