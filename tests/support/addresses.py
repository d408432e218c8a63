"""Addresses of repositories as forges state them and people spell them: each key, and what Python and SQL both take for it."""

from __future__ import annotations

from hypothesis import strategies as st

SPELLINGS: dict[str, tuple[str, ...]] = {
    # https://docs.github.com/authentication/troubleshooting-ssh/using-ssh-over-the-https-port
    "github.com/acme/models": (
        "https://github.com/acme/models", "https://github.com/acme/models.git", "https://github.com/acme/models/", "https://GitHub.com/Acme/Models",
        "https://www.github.com/acme/models", "http://github.com/acme/models", "https://github.com:443/acme/models", "https://ann@github.com/acme/models",
        "https://github.com//acme/models.git/", "git@github.com:acme/models.git", "git@github.com:Acme/Models.git", "github.com:/acme/models", "ssh://git@github.com/acme/models.git",
        "ssh://git@github.com:22/acme/models", "ssh://git@ssh.github.com:443/acme/models.git", "git://github.com/acme/models.git", "git@ssh.github.com:acme/models",
        "git+ssh://git@github.com/acme/models.git", "ssh+git://git@github.com:22/Acme/models", "git+ssh://git@ssh.github.com:443/acme/models", "git+https://github.com/acme/models.git",
    ),
    "gitlab.com/acme/ml/churn": (
        "https://gitlab.com/acme/ml/churn.git", "https://gitlab.com/Acme/ML/churn", "git@gitlab.com:acme/ml/churn.git", "ssh://git@altssh.gitlab.com:443/acme/ml/churn.git",
    ),
    "gitlab.acme.example/ml/churn": (
        "https://gitlab.acme.example/ml/churn.git", "git@gitlab.acme.example:ml/churn.git", "ssh://git@gitlab.acme.example:2222/ml/churn.git",
    ),
    "gitlab.acme.example/scm/ml/churn": ("https://gitlab.acme.example/scm/ml/churn.git", "git@gitlab.acme.example:scm/ml/churn.git"),
    # https://learn.microsoft.com/azure/devops/repos/git/use-ssh-keys-to-authenticate
    "dev.azure.com/acme/my ml/_git/churn": (
        "https://dev.azure.com/acme/My%20ML/_git/churn", "https://acme@dev.azure.com/acme/my%20ml/_git/churn", "git@ssh.dev.azure.com:v3/acme/My%20ML/churn",
        "ssh://git@ssh.dev.azure.com/v3/acme/My%20ML/churn", "ssh://git@ssh.dev.azure.com:22/v3/acme/my%20ml/churn", "acme@vs-ssh.visualstudio.com:v3/acme/My%20ML/churn",
        "https://acme.visualstudio.com/My%20ML/_git/churn", "https://acme.visualstudio.com/DefaultCollection/My%20ML/_git/churn", "ssh://acme@acme.visualstudio.com:22/My%20ML/_ssh/churn",
    ),
    "dev.azure.com/acme/churn/_git/churn": (
        "https://dev.azure.com/acme/_git/churn", "https://dev.azure.com/acme/churn/_git/churn", "https://acme.visualstudio.com/_git/churn", "git@ssh.dev.azure.com:v3/acme/churn/churn",
    ),
    "bitbucket.org/acme/churn": (
        "https://bitbucket.org/acme/churn.git", "https://ann@bitbucket.org/Acme/churn", "git@bitbucket.org:acme/churn.git", "ssh://git@altssh.bitbucket.org:443/acme/churn.git",
    ),
    # https://confluence.atlassian.com/bitbucketserver/permanently-authenticating-with-git-repositories-776639846.html
    "bb.acme.example/prj/churn": (
        "https://bb.acme.example/scm/PRJ/churn.git", "https://bb.acme.example/scm/prj/churn", "https://bb.acme.example/bitbucket/scm/PRJ/Churn.git", "ssh://git@bb.acme.example:7999/prj/churn.git",
        "ssh://git@bb.acme.example:7999/PRJ/churn.git", "git+ssh://git@bb.acme.example:7999/PRJ/churn.git",
    ),
    "bb.acme.example/~ann/churn": ("https://bb.acme.example/scm/~ann/churn.git", "ssh://git@bb.acme.example:7999/~ann/churn.git"),
    # https://gerrit-review.googlesource.com/Documentation/user-upload.html
    "gerrit.acme.example/team/Churn": (
        "https://gerrit.acme.example/team/Churn", "https://gerrit.acme.example/a/team/Churn", "https://ann@gerrit.acme.example/a/team/Churn.git", "ssh://ann@gerrit.acme.example:29418/team/Churn",
    ),
    "gerrit.acme.example/a/churn": ("ssh://ann@gerrit.acme.example:29418/a/churn", "https://gerrit.acme.example/a/a/churn"),
    "android.googlesource.com/platform/x": ("https://android.googlesource.com/platform/x", "https://android.googlesource.com/a/platform/x"),
    "gitea.acme.example/acme/churn": (
        "https://gitea.acme.example/acme/churn.git", "git@gitea.acme.example:acme/churn.git", "ssh://git@gitea.acme.example:2222/acme/churn.git",
    ),
    "gitea.acme.example/a/churn": ("https://gitea.acme.example/a/churn.git", "git@gitea.acme.example:a/churn.git"),
    "codeberg.org/acme/churn": ("https://codeberg.org/Acme/churn.git", "ssh://git@codeberg.org/acme/churn.git"),
    "huggingface.co/acme/churn": ("https://huggingface.co/acme/churn", "https://hf.co/Acme/churn", "git@hf.co:acme/churn", "ssh://git@hf.co/acme/churn.git"),
    "huggingface.co/datasets/acme/churn": ("https://huggingface.co/datasets/acme/churn", "git@hf.co:datasets/acme/churn"),
    # Any other server: its paths have cases.
    "git.acme.example/Team/churn": (
        "https://git.acme.example/Team/churn.git", "http://git.acme.example:80/Team/churn", "ssh://git@git.acme.example/~/Team/churn.git", "Git.Acme.Example:Team/churn",
    ),
    "git.acme.example:8443/Team/churn": ("https://git.acme.example:8443/Team/churn", "http://git.acme.example:8443/Team/churn.git/"),
    "git.acme.example:443/churn": ("http://git.acme.example:443/churn",),
    "[::1]:3000/churn": ("http://[::1]:3000/churn",),
    "bucket/models/churn": ("s3://bucket/models/churn",),
    "/srv/churn": ("/srv/churn", "/srv/churn/", "file:///srv/churn"),
}  # fmt: skip

CASES = [(url, key) for key, urls in SPELLINGS.items() for url in urls]

_HOSTS = (
    "github.com", "www.github.com", "ssh.github.com", "GitLab.com", "altssh.gitlab.com", "gitlab.acme.example", "bitbucket.org", "dev.azure.com",
    "ssh.dev.azure.com", "vs-ssh.visualstudio.com", "Acme.visualstudio.com", "hf.co", "codeberg.org", "gitea.com", "bb.acme.example", "gerrit.acme.example",
    "go-review.googlesource.com", "git.acme.example", "localhost", "[::1]",
)  # fmt: skip
_PARTS = (
    "a",
    "v3",
    "scm",
    "_git",
    "_ssh",
    "DefaultCollection",
    "datasets",
    "Acme",
    "acme",
    "churn",
    "my%20ml",
    ".",
    "~",
    "~ann",
    "",
    "x.git",
)
_PATHS = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=5).map("/".join).filter(lambda path: path.strip("/"))
_ENDS = st.sampled_from(["", ".git", "/", ".git/", "?token=t", "#x", ".git.git"])
_URLS = st.builds(
    "{}://{}{}{}/{}{}".format,
    st.sampled_from(["https", "http", "HTTPS", "ssh", "git", "git+ssh", "ssh+git", "git+https", "s3"]),
    st.sampled_from(["", "git@", "ann:pw@"]),
    st.sampled_from(_HOSTS),
    st.sampled_from(["", ":443", ":80", ":22", ":7999", ":29418", ":8443", ":"]),
    _PATHS,
    _ENDS,
)
_SCP = st.builds(
    "{}{}:{}{}".format,
    st.sampled_from(["git@", "", "ann@"]),
    st.sampled_from([host for host in _HOSTS if "[" not in host]),
    _PATHS.filter(lambda path: not path.startswith("//")),
    st.sampled_from(["", ".git", "/"]),
)
ADDRESSES = _URLS | _SCP
