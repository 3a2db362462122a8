using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Connection;

/// <summary>One frame from the worker with the descriptor it names, or how the connection ended.</summary>
internal readonly record struct WorkerFrame(FrameReadStatus Status, ToSandbox? Message, SafeFileHandle? Descriptor);
