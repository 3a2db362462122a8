namespace LoraFaaS.Gateway.Authentication;

/// <summary>Removes a caller's X-Lorafaas-* headers: behind the door they are believed.</summary>
internal static class InternalHeaderGuard
{
    public const string Prefix = "X-Lorafaas-";

    public static void RemoveFrom(IHeaderDictionary headers)
    {
        List<string>? forged = null;

        // Not its Keys, which are collected into a set first.
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (forged ??= []).Add(name);
            }
        }

        if (forged is null)
        {
            return;
        }

        foreach (var name in forged)
        {
            headers.Remove(name);
        }
    }
}
