"""What each forge answers for an owner of a few repositories, two of them a page: all fields of its JSON that matter, and some that do not."""

from __future__ import annotations

from support.forging import Talk, cut, page_number, said
from support.loopback import Answer, Request


def github(talk: Talk, request: Request) -> Answer:
    def repo(name: str, number: int) -> dict[str, object]:
        return {
            "id": number,
            "node_id": f"R_{number}",
            "name": name,
            "full_name": f"acme/{name}",
            "private": False,
            "owner": {"login": "acme", "id": 1, "type": "Organization"},
            "html_url": f"{talk.url}/acme/{name}",
            "description": None,
            "fork": number == 2,
            "url": f"{talk.url}/api/v3/repos/acme/{name}",
            "created_at": "2023-01-02T03:04:05Z",
            "updated_at": "2024-05-06T07:08:10Z",
            "pushed_at": "2024-05-06T07:08:09Z",
            "git_url": f"git://127.0.0.1/acme/{name}.git",
            "ssh_url": f"git@127.0.0.1:acme/{name}.git",
            "clone_url": f"{talk.url}/acme/{name}.git",
            "archived": False,
            "disabled": False,
            "topics": ["ml-model"],
            "visibility": "public",
            "default_branch": "main",
        }

    page = page_number(request)
    address = f"{talk.url}{request.path}?type=all&sort=full_name&per_page=100&page="
    link = f'<{address}2>; rel="next", <{address}2>; rel="last"' if page == 1 else f'<{address}1>; rel="first"'
    return said(cut([repo("a", 1), repo("b", 2), repo("c", 3)], page), Link=link)


def gitlab(talk: Talk, request: Request) -> Answer:
    def project(path: str, number: int) -> dict[str, object]:
        return {
            "id": number,
            "description": None,
            "name": path,
            "path": path.rpartition("/")[2],
            "path_with_namespace": f"risk/{path}",
            "created_at": "2023-01-02T03:04:05.000Z",
            "default_branch": "main",
            "tag_list": ["ml-model"],
            "topics": ["ml-model"],
            "ssh_url_to_repo": f"git@127.0.0.1:risk/{path}.git",
            "http_url_to_repo": f"{talk.url}/risk/{path}.git",
            "web_url": f"{talk.url}/risk/{path}",
            "last_activity_at": "2024-05-06T09:08:09.000+02:00",
            "namespace": {"id": 5, "kind": "group", "full_path": "risk"},
            "empty_repo": False,
            "archived": False,
            "visibility": "internal",
        } | ({"forked_from_project": {"id": 9, "http_url_to_repo": f"{talk.url}/up/b.git"}} if number == 2 else {})

    page = page_number(request)
    following = "2" if page == 1 else ""
    wrong = '<http://gitlab.internal/api/v4/groups/5/projects?page=2>; rel="next"'  # as behind a proxy
    return said(
        cut([project("a", 1), project("sub/b", 2), project("sub/c", 3)], page),
        X_Next_Page=following,
        X_Page=str(page),
        Link=wrong,
    )


def gitea(talk: Talk, request: Request) -> Answer:
    def repo(name: str, number: int) -> dict[str, object]:
        parent = {"id": 9, "full_name": f"up/{name}", "clone_url": f"{talk.url}/up/{name}.git"}
        return {
            "id": number,
            "owner": {"id": 1, "login": "acme"},
            "name": name,
            "full_name": f"acme/{name}",
            "empty": False,
            "private": False,
            "fork": number == 2,
            "parent": parent if number == 2 else None,
            "mirror": False,
            "html_url": f"{talk.url}/acme/{name}",
            "ssh_url": f"git@127.0.0.1:acme/{name}.git",
            "clone_url": f"{talk.url}/acme/{name}.git",
            "default_branch": "main",
            "archived": False,
            "created_at": "2023-01-02T03:04:05Z",
            "updated_at": "2024-05-06T07:08:09Z",
            "internal": False,
            "topics": ["ml-model"],
        }

    page = page_number(request)
    more = {"Link": '<http://gitea.internal/api/v1/orgs/acme/repos?page=2>; rel="next"'} if page == 1 else {}
    return said(cut([repo("a", 1), repo("b", 2), repo("c", 3)], page), X_Total_Count="3", **more)


def bitbucket(talk: Talk, request: Request) -> Answer:
    def repo(name: str, number: int) -> dict[str, object]:
        parent = {"full_name": f"up/{name}", "links": {"html": {"href": f"{talk.url}/up/{name}"}}}
        host = talk.url.removeprefix("http://")
        return {
            "type": "repository",
            "uuid": f"{{{number}}}",
            "full_name": f"acme/{name}",
            "slug": name,
            "is_private": True,
            "parent": parent if number == 2 else None,
            "scm": "git",
            "mainbranch": {"type": "branch", "name": "main"},
            "project": {"key": "ML", "name": "Models"},
            "created_on": "2023-01-02T03:04:05.000000+00:00",
            "updated_on": "2024-05-06T07:08:09.000000+00:00",
            "links": {
                "html": {"href": f"{talk.url}/acme/{name}"},
                "clone": [
                    {"name": "https", "href": f"http://ann@{host}/acme/{name}.git"},
                    {"name": "ssh", "href": f"git@127.0.0.1:acme/{name}.git"},
                ],
            },
        }

    page = page_number(request)
    more = {"next": f"{talk.url}{request.path}?pagelen=100&sort=full_name&page=2"} if page == 1 else {}
    values = cut([repo("a", 1), repo("b", 2), repo("c", 3) | {"scm": "hg"}, repo("d", 4)], page)
    return said({"pagelen": 100, "size": 4, "page": page, "values": values, **more})


def azure(talk: Talk, request: Request) -> Answer:
    def repo(name: str, number: int) -> dict[str, object]:
        project = {"id": "p", "name": "Models", "state": "wellFormed", "visibility": "private"}
        fork = {"isFork": True, "parentRepository": {"id": "9", "name": "b", "project": {"id": "u", "name": "Up"}}}
        host = talk.url.removeprefix("http://")
        return {
            "id": f"id-{number}",
            "name": name,
            "url": f"{talk.url}/acme/_apis/git/repositories/id-{number}",
            "project": project,
            "defaultBranch": "refs/heads/main",
            "size": 728,
            "remoteUrl": f"http://acme@{host}/acme/Models/_git/{name}",
            "sshUrl": f"git@ssh.dev.azure.com:v3/acme/Models/{name}",
            "webUrl": f"{talk.url}/acme/Models/_git/{name}",
            "isDisabled": False,
            "isInMaintenance": False,
        } | (fork if number == 2 else {})

    page = 2 if "continuationToken" in request.query else 1
    more = {"x_ms_continuationtoken": "n 2"} if page == 1 else {}
    values = cut([repo("a", 1), repo("b", 2), repo("c", 3)], page)
    return said({"value": values, "count": len(values)}, **more)
