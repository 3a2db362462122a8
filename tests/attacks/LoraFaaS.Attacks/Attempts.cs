using System.Runtime.InteropServices;

namespace LoraFaaS.Attacks;

/// <summary>The attempts of one attack: what each was, and whether it was refused.</summary>
public sealed class Attempts
{
    private readonly List<string> _succeeded = [];
    private readonly List<string> _refused = [];

    public IReadOnlyList<string> Succeeded => _succeeded;

    public IReadOnlyList<string> Refused => _refused;

    /// <summary>A system call: a negative result was refused, anything else went through.</summary>
    public bool Call(string what, Func<nint> call)
    {
        var result = call();
        var errno = Marshal.GetLastPInvokeError();

        if (result >= 0)
        {
            _succeeded.Add(what);
            return true;
        }

        _refused.Add($"{what}: errno {errno}");
        return false;
    }

    /// <summary>Something of .NET: any exception is a refusal.</summary>
    public bool Do(string what, Action action)
    {
        try
        {
            action();
            _succeeded.Add(what);
            return true;
        }
        catch (Exception refused)
        {
            _refused.Add($"{what}: {refused.GetType().Name}: {refused.Message}");
            return false;
        }
    }

    public void Succeed(string what) => _succeeded.Add(what);

    public void Refuse(string what) => _refused.Add(what);
}
