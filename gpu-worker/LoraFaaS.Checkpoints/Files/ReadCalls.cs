namespace LoraFaaS.Checkpoints.Files;

/// <summary>Numbers of the calls that the C library has no wrapper for.</summary>
internal readonly record struct ReadCalls(nint Setup, nint Destroy, nint Submit, nint GetEvents);
