namespace LoraFaaS.ControlPlane.Workers;

/// <summary>This controller's name among controllers, different at every start: a session of an earlier life is not ours.</summary>
public sealed record ControllerIdentity(string Value)
{
    public static ControllerIdentity New() => new($"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}"[..^24]);

    public override string ToString() => Value;
}
