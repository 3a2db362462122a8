namespace LoraFaaS.Worker.Isolation;

/// <summary>Whose a confined process is: nobody's while it is a blank, then somebody's for good. What it does that it may not is written down under this name.</summary>
internal sealed class ConfinedOwner
{
    private const int NamedAtMost = 4;

    private volatile Func<IReadOnlyCollection<string>>? _serving;
    private volatile Action<string>? _told;
    private volatile Func<TimeSpan?>? _granted;
    private volatile string? _name;

    /// <summary>Null: a blank, which holds nothing but our own program.</summary>
    public string? Name => _name;

    /// <summary>Who else is told: the owner's own log.</summary>
    public Action<string>? Told
    {
        get => _told;
        set => _told = value;
    }

    /// <summary>Processor time that it was given beside everybody's allowance, since it began: its turns. Null: it is not held to any.</summary>
    public TimeSpan? Granted => _granted is { } granted ? granted() : TimeSpan.Zero;

    /// <param name="name">A function, or a trust domain and its backbone.</param>
    /// <param name="serving">The functions it works for at this moment, where the name is not one.</param>
    /// <param name="granted">See <see cref="Granted"/>; null: nothing.</param>
    public void Become(string name, Func<IReadOnlyCollection<string>>? serving = null, Func<TimeSpan?>? granted = null)
    {
        _serving = serving;
        _granted = granted;
        _name = name;
    }

    public override string ToString()
    {
        var name = _name ?? "nobody yet";
        var functions = _serving?.Invoke() ?? [];
        return functions.Count == 0 ? name : $"{name} (serving {string.Join(", ", functions.Take(NamedAtMost))}{(functions.Count > NamedAtMost ? ", …" : "")})";
    }
}
