using System.Diagnostics;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>Answers whether a <see cref="TargetModules"/> means a module's full name.</summary>
internal sealed class ModuleMatcher
{
    private readonly TargetModules _targets;
    private readonly ModulePattern? _pattern;

    public ModuleMatcher(TargetModules targets, string field)
    {
        _targets = targets;
        _pattern = targets is TargetModules.Pattern pattern ? ModulePattern.WholeName(pattern.Expression, field) : null;
    }

    public bool Matches(string fullName) => _targets switch
    {
        TargetModules.AllLinear => true,
        TargetModules.Pattern => _pattern!.Matches(fullName),
        TargetModules.Names names => names.Entries.Any(entry => IsNameOrEnd(fullName, entry)),
        _ => throw new UnreachableException(),
    };

    private static bool IsNameOrEnd(string fullName, string entry) =>
        fullName.EndsWith(entry, StringComparison.Ordinal)
        && (fullName.Length == entry.Length || fullName[fullName.Length - entry.Length - 1] == '.');
}
