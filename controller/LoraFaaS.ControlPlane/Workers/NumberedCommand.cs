namespace LoraFaaS.ControlPlane.Workers;

/// <summary>A command as it goes out. Number 0: no result is expected.</summary>
public readonly record struct NumberedCommand(ulong Number, WorkerCommand Command);
