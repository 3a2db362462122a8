namespace LoraFaaS.Attacks;

/// <summary>One way to get at what is not one's own. Each tries several roads to it, and none may lead there.</summary>
public abstract class Attack
{
    /// <summary>The class's own name, in the words of a log.</summary>
    public string Name => GetType().Name;

    /// <summary>
    /// Measures (as Worker:RequireIsolation names them) of which each is enough to stop all of it: where a machine has none of them, the
    /// attack is not judged. Empty: nothing but the kernel and our own code is needed.
    /// </summary>
    public virtual IReadOnlyList<string> StoppedBy => [];

    /// <summary>It ends the process that runs it, or is meant to.</summary>
    public virtual bool IsDeadly => false;

    public AttackResult Run(AttackTarget target)
    {
        var attempts = new Attempts();
        Try(target, attempts);
        return new AttackResult(Name, attempts.Succeeded, attempts.Refused);
    }

    protected abstract void Try(AttackTarget target, Attempts attempts);
}
