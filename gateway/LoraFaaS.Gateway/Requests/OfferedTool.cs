namespace LoraFaaS.Gateway.Requests;

/// <summary>A function that the request describes.</summary>
/// <param name="Index">Its place among the request's tools, by which refusals name it.</param>
/// <param name="Name">The function's.</param>
/// <param name="Parameters">What a call's arguments are held to, a JSON schema.</param>
/// <param name="Json">The whole tool as it came, for the chat template.</param>
internal sealed record OfferedTool(int Index, string Name, string Parameters, string Json);
